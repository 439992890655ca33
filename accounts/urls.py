from django.urls import path

from accounts.views import settings

app_name = "accounts"
urlpatterns = [
    path("settings/", settings.settings, name="settings"),
    path("settings/theme/", settings.theme, name="theme"),
]
