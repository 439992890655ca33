from django.urls import path

from nexus.account_data import views

urlpatterns = [
    path("settings/data/", views.account_data, name="account_data"),
    path("settings/data/exports/<uuid:job_id>/", views.account_export, name="account_export"),
    path("settings/data/delete/", views.account_delete, name="account_delete"),
    path("settings/data/leaving/", views.account_leaving, name="account_leaving"),
    path("settings/data/restore/", views.account_restore, name="account_restore"),
]
