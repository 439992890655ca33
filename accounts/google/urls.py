from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from accounts.google.provider import StudioGoogle

urlpatterns = default_urlpatterns(StudioGoogle)
