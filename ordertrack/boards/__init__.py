from flask import Blueprint
blueprint = Blueprint("boards", __name__)
CHANNELS = []
