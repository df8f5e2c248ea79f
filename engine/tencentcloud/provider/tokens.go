package provider

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// token is a type of the Pulumi package: the module it is in and its name there.
type token struct{ module, name string }

// member gives the token as the SDKs write it: tencentcloud:Scf/functionAlias:FunctionAlias.
func (t token) member() tokens.ModuleMember {
	file := strings.ToLower(t.name[:1]) + t.name[1:]
	return tokens.ModuleMember(Name + ":" + t.module + "/" + file + ":" + t.name)
}

func (t token) resource() tokens.Type { return tokens.Type(t.member()) }

// resources are the Terraform resources the plugin serves, with the tokens of tencentcloud-iac-pulumi 0.2.3.
var resources = map[string]token{
	"tencentcloud_cam_policy":                         {"Cam", "Policy"},
	"tencentcloud_cam_role":                           {"Cam", "Role"},
	"tencentcloud_cam_role_policy_attachment":         {"Cam", "RolePolicyAttachment"},
	"tencentcloud_cam_role_policy_attachment_by_name": {"Cam", "RolePolicyAttachmentByName"},

	"tencentcloud_cls_index":  {"Cls", "Index"},
	"tencentcloud_cls_logset": {"Cls", "Logset"},
	"tencentcloud_cls_topic":  {"Cls", "Topic"},

	"tencentcloud_cos_bucket":        {"Cos", "Bucket"},
	"tencentcloud_cos_bucket_object": {"Cos", "BucketObject"},

	"tencentcloud_kms_key": {"Kms", "Key"},

	"tencentcloud_scf_function":         {"Scf", "Function"},
	"tencentcloud_scf_function_alias":   {"Scf", "FunctionAlias"},
	"tencentcloud_scf_function_version": {"Scf", "FunctionVersion"},
	"tencentcloud_scf_layer":            {"Scf", "Layer"},
	"tencentcloud_scf_namespace":        {"Scf", "Namespace"},
	"tencentcloud_scf_trigger_config":   {"Scf", "TriggerConfig"},

	"tencentcloud_ssl_certificate": {"Ssl", "Certificate"},

	"tencentcloud_subnet": {"Subnet", "Instance"},
	"tencentcloud_vpc":    {"Vpc", "Instance"},
}

// dataSources are the Terraform data sources the plugin serves, likewise.
var dataSources = map[string]token{
	"tencentcloud_user_info": {"User", "getInfo"},
}
