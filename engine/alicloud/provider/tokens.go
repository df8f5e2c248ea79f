package provider

import (
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// token is a type of the Pulumi package: the module it is in and its name there.
type token struct{ module, name string }

// member gives the token as the SDKs write it: alicloud:fc/v3Function:V3Function.
func (t token) member() tokens.ModuleMember {
	file := strings.ToLower(t.name[:1]) + t.name[1:]
	return tokens.ModuleMember(Name + ":" + t.module + "/" + file + ":" + t.name)
}

func (t token) resource() tokens.Type { return tokens.Type(t.member()) }

// resources are the Terraform resources the plugin serves, with the tokens of pulumi-alicloud 4.0.0.
var resources = map[string]token{
	"alicloud_fcv3_async_invoke_config": {"fc", "V3AsyncInvokeConfig"},
	"alicloud_fcv3_alias":               {"fc", "V3Alias"},
	"alicloud_fcv3_concurrency_config":  {"fc", "V3ConcurrencyConfig"},
	"alicloud_fcv3_custom_domain":       {"fc", "V3CustomDomain"},
	"alicloud_fcv3_function":            {"fc", "V3Function"},
	"alicloud_fcv3_function_version":    {"fc", "V3FunctionVersion"},
	"alicloud_fcv3_layer_version":       {"fc", "V3LayerVersion"},
	"alicloud_fcv3_provision_config":    {"fc", "V3ProvisionConfig"},
	"alicloud_fcv3_trigger":             {"fc", "V3Trigger"},
	"alicloud_fcv3_vpc_binding":         {"fc", "V3VpcBinding"},

	"alicloud_kms_alias":  {"kms", "Alias"},
	"alicloud_kms_key":    {"kms", "Key"},
	"alicloud_kms_secret": {"kms", "Secret"},

	"alicloud_log_project":     {"log", "Project"},
	"alicloud_log_store":       {"log", "Store"},
	"alicloud_log_store_index": {"log", "StoreIndex"},

	"alicloud_oss_bucket":                        {"oss", "Bucket"},
	"alicloud_oss_bucket_acl":                    {"oss", "BucketAcl"},
	"alicloud_oss_bucket_object":                 {"oss", "BucketObject"},
	"alicloud_oss_bucket_policy":                 {"oss", "BucketPolicy"},
	"alicloud_oss_bucket_public_access_block":    {"oss", "BucketPublicAccessBlock"},
	"alicloud_oss_bucket_server_side_encryption": {"oss", "BucketServerSideEncryption"},
	"alicloud_oss_bucket_versioning":             {"oss", "BucketVersioning"},

	"alicloud_ots_instance": {"ots", "Instance"},
	"alicloud_ots_table":    {"ots", "Table"},

	"alicloud_ram_policy":                 {"ram", "Policy"},
	"alicloud_ram_role":                   {"ram", "Role"},
	"alicloud_ram_role_policy_attachment": {"ram", "RolePolicyAttachment"},
}

// dataSources are the Terraform data sources the plugin serves, likewise.
var dataSources = map[string]token{
	"alicloud_account":         {"index", "getAccount"},
	"alicloud_caller_identity": {"index", "getCallerIdentity"},
	"alicloud_regions":         {"index", "getRegions"},
}

// singular are the lists that pulumi-alicloud 4.0.0 shows as one object though upstream no longer limits them to one item:
// its bridge-metadata.json keeps them as they were when they were first published (httpTrigger, not httpTriggers).
var singular = map[string]map[string]*tfbridge.SchemaInfo{
	"alicloud_fcv3_function": {
		"custom_container_config": {Elem: &tfbridge.SchemaInfo{
			Fields: map[string]*tfbridge.SchemaInfo{"acceleration_info": {MaxItemsOne: tfbridge.True()}},
		}},
		"tracing_config": {MaxItemsOne: tfbridge.True()},
	},
	"alicloud_fcv3_trigger": {
		"http_trigger": {MaxItemsOne: tfbridge.True()},
	},
}
