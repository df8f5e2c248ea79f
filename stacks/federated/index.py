"""The computation on Function Compute's own Python 3.6: answers JSON events and the changes of a Tablestore trigger."""

import json

import cbor2
from job import Runner, job_of, jobs_of_changes
from tables import Tables
from ways import WAYS


def handler(event, context):
    """Answer the job's numbers as JSON; what goes wrong is the call's error, in the words of whom it went wrong for."""
    keys = context.credentials
    tables = Tables(keys.access_key_id, keys.access_key_secret, keys.security_token)
    runner = Runner(tables, WAYS, "python3", context.request_id)
    # JSON begins with a brace, and no map of CBOR does.
    if event.lstrip()[:1] == b"{":
        answer = runner.run(job_of(event.decode("utf-8")))
    else:
        answer = runner.run_changed(jobs_of_changes(cbor2.loads(event)))
    return json.dumps(answer)
