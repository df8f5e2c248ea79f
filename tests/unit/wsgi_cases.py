"""Cases of the WSGI adapter that run on every Python it serves, 3.6 included: plain functions, plain asserts.

``python wsgi_cases.py <folder of wsgi.py> <case>`` runs one; test_wsgi.py runs them all on each Python.
"""

import base64
import json
import os
import sys
import warnings
from pathlib import Path
from wsgiref.validate import validator

# As in a function's package: the file is the module yunfn_wsgi there.
sys.path[:0] = sys.argv[1:2]

PIXEL = b"\x89PNG\r\n\x1a\n\x00\xff"


def event(method="GET", path="/", body=None, headers=None, query=None, binary=False, **context):
    """Build the bytes that the platform hands to a handler (payload v1)."""
    text = "" if body is None else base64.b64encode(body).decode() if binary else body.decode()
    http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "11.11.11.11", "userAgent": "curl"}
    return json.dumps(
        {
            "version": "v1",
            "rawPath": path,
            "body": text,
            "isBase64Encoded": binary,
            "headers": headers or {},
            "queryParameters": query or {},
            "requestContext": dict(
                {"accountId": "17", "domainName": "x.cn-shanghai.fcapp.run", "http": http}, **context
            ),
        }
    ).encode()


def served(application, *arguments, **named):
    """Serve one event through wsgiref's validator, which raises for any breach of PEP 3333 on either side."""
    import yunfn_wsgi

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return yunfn_wsgi.adapt(validator(application))(event(*arguments, **named), "the context")


def echo(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))]


def seen(**named):
    """Answer the environ that an application sees."""
    found = {}

    def application(environ, start_response):
        found.update(environ)
        start_response("204 No Content", [])
        return []

    served(application, **named)
    return found


def case_text():
    response = served(echo, "POST", "/upload/", "grüß".encode())
    assert response == {
        "statusCode": 200,
        "headers": {"Content-Type": "text/plain; charset=utf-8", "Content-Length": "6"},
        "isBase64Encoded": False,
        "body": "grüß",
    }, response


def case_binary_both_ways():
    response = served(echo, "POST", "/", PIXEL, binary=True)
    assert response["isBase64Encoded"] is True
    assert base64.b64decode(response["body"]) == PIXEL
    assert response["headers"]["Content-Length"] == str(len(PIXEL))


def case_encoded_content_is_never_text():
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Encoding", "br")])
        return [b"ascii by chance"]

    response = served(application)
    assert response["isBase64Encoded"] is True
    assert base64.b64decode(response["body"]) == b"ascii by chance"


def case_paths_and_queries():
    found = seen(path="/proc/a%20b/%E4%BA%91.png", query={"q": "1,2", "emp ty": "", "ü": "&="})
    assert found["PATH_INFO"] == "/proc/a b/云.png".encode().decode("latin-1")
    assert found["SCRIPT_NAME"] == ""
    assert found["QUERY_STRING"] == "q=1%2C2&emp%20ty=&%C3%BC=%26%3D"
    assert found["fc.request_uri"] == "/proc/a%20b/%E4%BA%91.png?" + found["QUERY_STRING"]
    assert seen(path="/x")["fc.request_uri"] == "/x"


def case_headers():
    headers = {
        "X-Custom-key": "value",
        "Content-Type": "text/plain",
        "Content-Length": "999",
        "Cookie": "a=1; b=2",
        "Accept": "text/html,image/png",
        "Host": "pics.example.com:8443",
    }
    found = seen(method="POST", body=b"four", headers=headers)
    assert found["HTTP_X_CUSTOM_KEY"] == "value"
    assert found["CONTENT_TYPE"] == "text/plain"
    assert found["CONTENT_LENGTH"] == "4", "the body's true length counts"
    assert found["HTTP_COOKIE"] == "a=1; b=2"
    assert found["HTTP_ACCEPT"] == "text/html,image/png"
    assert (found["SERVER_NAME"], found["SERVER_PORT"]) == ("pics.example.com", "8443")
    assert "HTTP_CONTENT_TYPE" not in found
    assert "HTTP_CONTENT_LENGTH" not in found


def case_the_rest_of_the_environ():
    found = seen(headers={"X-Forwarded-Proto": "http"})
    assert found["fc.context"] == "the context"
    assert found["REQUEST_METHOD"] == "GET"
    assert found["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert found["REMOTE_ADDR"] == "11.11.11.11"
    assert found["wsgi.url_scheme"] == "http"
    assert (found["SERVER_NAME"], found["SERVER_PORT"]) == ("x.cn-shanghai.fcapp.run", "80")
    assert seen()["wsgi.url_scheme"] == "https"


def case_several_cookies_and_joined_headers():
    def application(environ, start_response):
        cookies = [("Set-Cookie", f"c{i}=1; Expires=Thu, 01 Jan 2026") for i in range(20)]
        start_response("200 OK", [("Vary", "Accept"), ("vary", "Cookie"), ("Content-Type", "text/plain"), *cookies])
        return [b"x"]

    headers = served(application)["headers"]
    cookies = [value for name, value in headers.items() if name.lower() == "set-cookie"]
    assert cookies == [f"c{i}=1; Expires=Thu, 01 Jan 2026" for i in range(20)], headers
    assert headers["Set-Cookie"].startswith("c0=1"), "the first is spelled as usual"
    assert headers["Vary"] == "Accept,Cookie"
    assert "vary" not in headers


def case_connections_are_the_platforms():
    import yunfn_wsgi

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")])
        return [b"x"]

    headers = yunfn_wsgi.adapt(application)(event(), None)["headers"]
    assert "Transfer-Encoding" not in headers


def case_write_and_iterate():
    def application(environ, start_response):
        write = start_response("201 Created", [("Content-Type", "text/plain")])
        write(b"one ")
        return iter([b"", b"two ", b"three"])

    response = served(application)
    assert (response["statusCode"], response["body"]) == (201, "one two three")


def case_generators_start_late_and_are_closed():
    closed = []

    def application(environ, start_response):
        try:
            start_response("200 OK", [("Content-Type", "text/plain")])
            yield b"a"
            yield b"b"
        finally:
            closed.append(True)

    assert served(application)["body"] == "ab"
    assert closed == [True]


def case_closed_after_a_failure_too():
    import yunfn_wsgi

    class Body:
        closed = False

        def __iter__(self):
            raise KeyError("broken on the way")

        def close(self):
            self.closed = True

    body = Body()

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return body

    try:
        yunfn_wsgi.adapt(application)(event(), None)
    except KeyError:
        assert body.closed
    else:
        raise AssertionError("the application's failure was swallowed")


def case_exc_info_replaces_headers_not_yet_sent():
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        try:
            raise ValueError("late")
        except ValueError:
            start_response("500 Oops", [("Content-Type", "text/plain")], sys.exc_info())
        return [b"sorry"]

    response = served(application)
    assert (response["statusCode"], response["body"]) == (500, "sorry")


def case_exc_info_after_output_raises():
    import yunfn_wsgi

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])(b"sent")
        try:
            raise ValueError("too late")
        except ValueError:
            start_response("500 Oops", [], sys.exc_info())
        return []

    try:
        yunfn_wsgi.adapt(application)(event(), None)
    except ValueError as error:
        assert str(error) == "too late"
    else:
        raise AssertionError("a response half sent was replaced")


def case_breaches_of_pep_3333_are_errors():
    import yunfn_wsgi

    def twice(environ, start_response):
        start_response("200 OK", [])
        start_response("200 OK", [])
        return []

    def text(environ, start_response):
        start_response("200 OK", [])
        return ["text"]

    for application, kind in (
        (twice, AssertionError),
        (text, TypeError),
        (lambda e, s: [], AssertionError),
        (lambda e, s: [b"x"], AssertionError),
    ):
        try:
            yunfn_wsgi.adapt(application)(event(), None)
        except kind as error:
            assert str(error), kind
        else:
            raise AssertionError(f"no error for {application!r}")


def case_head_keeps_the_applications_length():
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "image/png"), ("Content-Length", "1234")])
        return []

    response = served(application, "HEAD")
    assert response["headers"]["Content-Length"] == "1234"
    assert response["body"] == ""


def case_other_events_are_refused():
    import yunfn_wsgi

    for other in (b'{"key": 1}', b"[]", b'{"rawPath": "/"}'):
        try:
            yunfn_wsgi.adapt(echo)(other, None)
        except ValueError as error:
            assert "HTTP trigger" in str(error)
        else:
            raise AssertionError(f"served {other!r}")


def scf_event(method="GET", path="/", body="", headers=None, query=None, **more):
    """Build the event that a function URL of SCF hands to a handler: parsed already there."""
    return dict(
        {"httpMethod": method, "path": path, "body": body, "headers": headers or {}, "queryString": query or {}}, **more
    )


def case_scf_event():
    import yunfn_wsgi

    found = {}

    def application(environ, start_response):
        found.update(environ)
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return [PIXEL]

    sent = scf_event("POST", "/a%20b", "hi", {"Host": "x.ap-beijing.tencentscf.com"}, {"q": "1", "m": ["2", "3"]})
    response = yunfn_wsgi.adapt(validator(application))(sent, "the context")
    assert (found["REQUEST_METHOD"], found["PATH_INFO"], found["CONTENT_LENGTH"]) == ("POST", "/a b", "2")
    assert found["QUERY_STRING"] == "q=1&m=2&m=3"
    assert found["SERVER_NAME"] == "x.ap-beijing.tencentscf.com"
    assert found["scf.context"] == "the context" and "fc.context" not in found
    assert found["scf.request_uri"] == "/a%20b?q=1&m=2&m=3"
    assert response["statusCode"] == 200 and response["isBase64Encoded"] is True
    assert base64.b64decode(response["body"]) == PIXEL


def case_served_as_a_program():
    import http.client
    import random
    import socket
    import subprocess
    import time

    port = None
    while port is None:
        # Of those that the system gives nobody who asks for any: it is still free when the program takes it.
        number = random.randrange(10000, 32000)
        with socket.socket() as free:
            try:
                free.bind(("127.0.0.1", number))
                port = number
            except OSError:
                pass
    start = (
        "import sys; sys.path[:0] = sys.argv[2:]; import yunfn_wsgi; yunfn_wsgi.serve('127.0.0.1', int(sys.argv[1]))"
    )
    folders = [sys.path[0], str(Path(__file__).resolve().parent)]
    environment = dict(os.environ, YUNFN_WSGI="wsgi_cases.echo")
    program = subprocess.Popen([sys.executable, "-I", "-c", start, str(port), *folders], env=environment)
    try:
        deadline = time.monotonic() + 40
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
            try:
                connection.request("POST", "/x", PIXEL, {"Content-Type": "image/png"})
                break
            except ConnectionError:
                assert time.monotonic() < deadline and program.poll() is None
                time.sleep(0.05)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, PIXEL)
        connection.close()
        program.terminate()
        assert program.wait(10) == 0
    finally:
        program.kill()


def case_the_application_is_named_by_the_environment():
    import yunfn_wsgi

    os.environ.pop("YUNFN_WSGI", None)
    try:
        yunfn_wsgi.handler(event(), None)
    except RuntimeError as error:
        assert "YUNFN_WSGI" in str(error)
    else:
        raise AssertionError("served without an application")
    os.environ["YUNFN_WSGI"] = "wsgi_cases.echo"
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    assert yunfn_wsgi.handler(event("POST", "/", b"hello"), None)["body"] == "hello"


def case_the_application_is_loaded_with_the_instance():
    os.environ["YUNFN_WSGI"] = "no_such_module.handler"
    try:
        import yunfn_wsgi  # noqa: F401
    except ImportError as error:
        assert "no_such_module" in str(error)
    else:
        raise AssertionError("a missing application was not seen at start")


if __name__ == "__main__":
    globals()[sys.argv[2]]()
    print("ok")
