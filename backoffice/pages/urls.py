from django.urls import path

from backoffice.pages import views

urlpatterns = [
    path("", views.BusinessDay.as_view(), name="home"),
    path("work/", views.WorkQueue.as_view(), name="work"),
    path("work/take/", views.TakeWork.as_view(), name="work_take"),
    path("work/hand-over/", views.HandOver.as_view(), name="work_hand_over"),
    path("work/give-back/", views.GiveWorkBack.as_view(), name="work_give_back"),
]
