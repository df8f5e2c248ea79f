"""The smallest stack there is: a log project. By ``t:fail`` the program breaks off after the guard
(``program``), or the cloud refuses a resource after the log project (``cloud``).
"""

import pulumi
import pulumi_alicloud as alicloud

from yunfn.alibaba import LogProject, guard

fail = pulumi.Config("t").get("fail")
guard()
if fail == "program":
    raise RuntimeError("broken off after the guard")
logs = LogProject("logs", index=False)
if fail == "cloud":
    alicloud.fc.V3FunctionVersion(
        "refused", function_name="there-is-none", opts=pulumi.ResourceOptions(depends_on=[logs])
    )
pulumi.export("project", logs.project_name)
