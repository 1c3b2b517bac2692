from flask import Blueprint
blueprint = Blueprint("tracking", __name__)
CHANNELS = []
