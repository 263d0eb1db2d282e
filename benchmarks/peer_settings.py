"""The settings of the product with the pages of a peer: the same server, database and middleware of
Django itself, and nothing of ours around a call.
"""

from backoffice.settings import *  # noqa: F403 - a settings module is its names

ROOT_URLCONF = "benchmarks.peers"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
REST_FRAMEWORK: dict[str, object] = {"UNAUTHENTICATED_USER": None}
