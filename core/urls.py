"""Addresses of the pages that belong to no trade of the house."""

from django.urls import path

from core.views import account, audit, jobs

app_name = "core"
urlpatterns = [
    path("sign-in/", account.SignIn.as_view(), name="sign_in"),
    path("sign-out/", account.SignOut.as_view(), name="sign_out"),
    path("password/<uidb64>/<token>/", account.ChoosePassword.as_view(), name="choose_password"),
    path("language/", account.SetLanguage.as_view(), name="language"),
    path("theme/", account.SetTheme.as_view(), name="theme"),
    path("preferences/", account.Preferences.as_view(), name="preferences"),
    path("views/", account.SaveView.as_view(), name="view_save"),
    path("views/<int:pk>/remove/", account.DeleteView.as_view(), name="view_delete"),
    path("jobs/", jobs.JobList.as_view(), name="jobs"),
    path("jobs/<int:pk>/", jobs.JobDetail.as_view(), name="job"),
    path("jobs/<int:pk>/rows/", jobs.JobRows.as_view(), name="job_rows"),
    path("exports/<int:pk>/", jobs.Download.as_view(), name="export"),
    path("jobs/<int:pk>/retry/", jobs.RetryJob.as_view(), name="job_retry"),
    path("audit/", audit.AuditTrail.as_view(), name="audit"),
    path("audit/<slug:entity>/<int:key>/", audit.AuditChain.as_view(), name="audit_chain"),
]
