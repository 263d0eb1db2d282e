from django.urls import path, re_path

from settlement.views import chasers, detail, listing, profiles, upload

app_name = "settlement"
urlpatterns = [
    path("", listing.ConfirmationList.as_view(), name="confirmations"),
    path("chase/", listing.ChaseMany.as_view(), name="chase_many"),
    path("send/", listing.SendMany.as_view(), name="send_many"),
    path("upload/", upload.ConfirmationUpload.as_view(), name="upload"),
    path("chasers/", chasers.ChaserList.as_view(), name="chasers"),
    path("chasers/<int:pk>/", chasers.ChaserPage.as_view(), name="chaser"),
    path("chasers/<int:pk>/email/", chasers.ChaserEmail.as_view(), name="chaser_email"),
    path("files/", chasers.FileList.as_view(), name="files"),
    path("files/<int:pk>/", chasers.FileDownload.as_view(), name="file"),
    path("tolerances/", profiles.ProfileList.as_view(), name="profiles"),
    path("tolerances/new/", profiles.ProposeProfile.as_view(), name="profile_new"),
    path("tolerances/<int:pk>/", profiles.ProfilePage.as_view(), name="profile"),
    re_path(
        r"^tolerances/(?P<pk>[0-9]{1,18})/(?P<decision>approve|refuse)/$",
        profiles.DecideProfile.as_view(),
        name="profile_decide",
    ),
    path("<int:pk>/", detail.ConfirmationDetail.as_view(), name="confirmation"),
    path("<int:pk>/chase/", detail.ChaseConfirmation.as_view(), name="chase"),
    path("<int:pk>/send/", detail.SendConfirmation.as_view(), name="send"),
    path("<int:pk>/pair/", detail.PairConfirmation.as_view(), name="pair"),
    path("<int:pk>/unpair/", detail.UnpairConfirmation.as_view(), name="unpair"),
    path("<int:pk>/dispute/", detail.DisputeConfirmation.as_view(), name="dispute"),
    path("<int:pk>/resume/", detail.ResumeConfirmation.as_view(), name="resume"),
    path("<int:pk>/accept/", detail.AcceptTerms.as_view(), name="accept"),
    path("<int:pk>/comment/", detail.CommentConfirmation.as_view(), name="comment"),
]
