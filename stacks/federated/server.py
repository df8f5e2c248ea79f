"""The same computation as a web server on the custom runtime; ``bootstrap`` starts it by gunicorn."""

import json
import traceback

from computation import DataError
from flask import Flask, Response, request
from job import EventError, Runner, job_of
from tables import TableError, Tables
from ways import WAYS

application = Flask(__name__)


@application.route("/invoke", methods=["POST"])
def invoke():
    """Answer a call of the function: Function Compute posts its event there, with the role's key in the headers."""
    told = request.headers
    try:
        tables = Tables(told["x-fc-access-key-id"], told["x-fc-access-key-secret"], told["x-fc-security-token"])
        runner = Runner(tables, WAYS, "custom", told["x-fc-request-id"])
        answer = runner.run(job_of(request.get_data(as_text=True)))
    except (DataError, EventError, TableError) as error:
        return _failed(error, 400)
    except Exception as error:  # every other one is a failed call too, and its place belongs into the log
        traceback.print_exc()
        return _failed(error, 500)
    return Response(json.dumps(answer), mimetype="application/json")


def _failed(error, status):
    told = {"errorMessage": str(error), "errorType": type(error).__name__}
    # Without this header Function Compute takes the call for a success, whatever the status (FCD "web functions").
    return Response(json.dumps(told), status, {"x-fc-status": "404"}, mimetype="application/json")
