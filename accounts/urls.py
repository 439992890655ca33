from django.urls import path

from accounts.views import devices, portrait, security, settings, tokens

app_name = "accounts"
urlpatterns = [
    path("settings/", settings.profile, name="settings"),
    path("settings/portrait/", portrait.portrait, name="portrait"),
    path("settings/portrait/remove/", portrait.portrait_remove, name="portrait_remove"),
    path("settings/portrait.jpg", portrait.portrait_picture, name="portrait_picture"),
    path("settings/appearance/", settings.appearance, name="appearance"),
    path("settings/editor/", settings.editor, name="editor"),
    path("settings/day/", settings.writing_day, name="writing_day"),
    path("settings/notifications/", settings.notifications, name="notifications"),
    path("settings/theme/", settings.theme, name="theme"),
    path("settings/time-zone/", settings.time_zone, name="time_zone"),
    path("settings/security/", security.security, name="security"),
    path("settings/devices/", devices.devices, name="devices"),
    path("settings/devices/end-others/", devices.end_others, name="devices_end_others"),
    path("settings/devices/<uuid:session_id>/end/", devices.end, name="device_end"),
    path("settings/tokens/", tokens.tokens, name="tokens"),
    path("settings/tokens/<uuid:token_id>/revoke/", tokens.revoke, name="token_revoke"),
]
