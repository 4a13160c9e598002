"""Reads CreateJob inputs, one JSON a line, and validates each against the service model that botocore ships."""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator

model = botocore.session.get_session().get_service_model("s3control")
shape = model.operation_model("CreateJob").input_shape
for line in sys.stdin:
    report = ParamValidator().validate(json.loads(line), shape)
    print(report.generate_report() if report.has_errors() else "ok")
