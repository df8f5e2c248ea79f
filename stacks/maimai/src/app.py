"""The probe's site: what it saw of the game's servers, as pages and as JSON, brotli-compressed for whoever takes it.

Runs on Python 3.6. The database is named by DATABASE_URL, encrypted where it is deployed; without it, one that lives as
long as the instance.
"""

import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path

from dotenv import load_dotenv
from flask import Flask, jsonify, render_template, request
from flask_sqlalchemy import SQLAlchemy
from flask_zipper import Zipper
from flask_zipper.compressor import encode_response_data_with_brotli

try:
    from yunfn_secrets import secret
except ImportError:
    # It is in the package where the stack has a secret.
    secret = os.environ.__getitem__

# On a developer's machine; the file is left out of the package.
load_dotenv()

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = (
    secret("DATABASE_URL") if "DATABASE_URL" in os.environ else "sqlite:////tmp/maimai.db"
)
app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False
app.debug = os.environ.get("DEBUG", "false").lower() == "true"

db = SQLAlchemy(app)
Zipper(app)
app.config["BROTLI_QUALITY_LEVEL"] = 5

_SMALLEST = 500
# The layer brings it; its folder is on the path.
_SERVERS = Path("maimai") / "servers.json"


class Probe(db.Model):
    """One look at a server: when (UTC), which server, how long the answer took in ms, and its HTTP status."""

    id = db.Column(db.Integer, primary_key=True)
    seen = db.Column(db.DateTime, nullable=False, default=datetime.utcnow)
    server = db.Column(db.String(64), nullable=False)
    milliseconds = db.Column(db.Integer, nullable=False)
    status = db.Column(db.Integer, nullable=False)

    def shown(self):
        """Answer the look as JSON's values."""
        return {
            "seen": self.seen.isoformat() + "Z",
            "server": self.server,
            "milliseconds": self.milliseconds,
            "status": self.status,
        }


db.create_all()


@app.after_request
def compress(response):
    """Compress what is large enough for it, for clients that say they take brotli."""
    if "br" not in request.accept_encodings or response.direct_passthrough or len(response.data) < _SMALLEST:
        return response
    # Only the compressor: the extension's encode_response would send Content-Length twice.
    encode_response_data_with_brotli(response)
    response.headers["Content-Encoding"] = "br"
    response.vary.add("Accept-Encoding")
    return response


@app.route("/")
def index():
    """Show the last looks as a page."""
    probes = Probe.query.order_by(Probe.id.desc()).limit(50).all()
    return render_template("index.html", probes=probes, python=sys.version.split()[0])


@app.route("/api/probes", methods=["GET"])
def listed():
    """Answer the last looks as JSON."""
    probes = Probe.query.order_by(Probe.id.desc()).limit(50).all()
    return jsonify(probes=[each.shown() for each in probes])


@app.route("/api/probes", methods=["POST"])
def record():
    """Record a look: ``server``, ``milliseconds`` and ``status`` as JSON."""
    sent = request.get_json(silent=True) or {}
    try:
        probe = Probe(
            server=str(sent["server"])[:64], milliseconds=int(sent["milliseconds"]), status=int(sent["status"])
        )
    except (KeyError, TypeError, ValueError) as error:
        return jsonify(error=f"server, milliseconds and status are wanted: {error!r}"), 400
    db.session.add(probe)
    db.session.commit()
    return jsonify(probe.shown()), 201


@app.route("/api/servers")
def servers():
    """Answer the servers that the probe knows."""
    files = (Path(folder) / _SERVERS for folder in sys.path)
    known = next((file for file in files if file.is_file()), None)
    return jsonify(servers=json.loads(known.read_text(encoding="utf-8")) if known else [])


@app.route("/api/about")
def about():
    """Answer what serves: Python, libraries, the alias' environment, and how long this instance has been up."""
    import brotli
    import flask
    import sqlalchemy

    return jsonify(
        python=sys.version.split()[0],
        flask=flask.__version__,
        sqlalchemy=sqlalchemy.__version__,
        brotli=brotli.__version__,
        version=os.environ.get("SCF_FUNCTIONVERSION", ""),
        up=round(time.time() - _STARTED, 3),
    )


_STARTED = time.time()
