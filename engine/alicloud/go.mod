module yunfn/engine/alicloud

go 1.25.11

require (
	github.com/aliyun/terraform-provider-alicloud v1.285.0
	github.com/hashicorp/terraform-plugin-sdk v1.17.2
	github.com/pulumi/pulumi-terraform-bridge/v3 v3.137.0
)

// As pulumi-terraform-bridge's own go.mod says: it is written against Pulumi's fork.
replace github.com/hashicorp/terraform-plugin-sdk/v2 => github.com/pulumi/terraform-plugin-sdk/v2 v2.0.0-20260318212141-5525259d096b

// As pulumi-alicloud's go.mod says: afero 1.5 does not link with terraform-plugin-sdk 1.17.2, and terraform-exec 0.16 dropped a package it imports.
replace (
	github.com/hashicorp/terraform-exec => github.com/hashicorp/terraform-exec v0.15.0
	github.com/spf13/afero => github.com/spf13/afero v1.4.1
)

// The versions terraform-provider-alicloud names are not on every module mirror; these are.
replace (
	github.com/alibabacloud-go/alibabacloud-gateway-oss => github.com/alibabacloud-go/alibabacloud-gateway-oss v0.0.23
	github.com/alibabacloud-go/alibabacloud-gateway-oss-util => github.com/alibabacloud-go/alibabacloud-gateway-oss-util v0.0.12
)
