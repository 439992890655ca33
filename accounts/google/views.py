"""Out to Google and back; the names are those the sign-in library looks for."""

from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView

from accounts.google.provider import StudioGoogleAdapter

oauth2_login = OAuth2LoginView.adapter_view(StudioGoogleAdapter)
oauth2_callback = OAuth2CallbackView.adapter_view(StudioGoogleAdapter)
