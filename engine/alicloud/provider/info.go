// Package provider describes the alicloud plugin to Pulumi's Terraform bridge.
package provider

import (
	"fmt"

	"github.com/aliyun/terraform-provider-alicloud/alicloud"
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv1 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v1"
)

// Name and Version are those of the pulumi-alicloud release whose Python SDK talks to this plugin.
const (
	Name    = "alicloud"
	Version = "4.0.0"
)

// Info is pulumi-alicloud's provider/resources.go, cut to the resources and data sources of tokens.go.
// It panics where tokens.go names something the upstream provider does not have.
func Info() tfbridge.ProviderInfo {
	upstream := alicloud.Provider().(*schema.Provider)
	keepOnly(upstream.ResourcesMap, resources)
	keepOnly(upstream.DataSourcesMap, dataSources)

	info := tfbridge.ProviderInfo{
		P:           shimv1.NewProvider(upstream),
		Name:        Name,
		Version:     Version,
		DisplayName: "Alibaba Cloud",
		Description: "The part of pulumi-alicloud that yunfn uses, built from terraform-provider-alicloud.",
		Keywords:    []string{"pulumi", "alicloud"},
		License:     "Apache-2.0",
		GitHubOrg:   "aliyun",
		Repository:  "https://github.com/pulumi/pulumi-alicloud",
		Config: map[string]*tfbridge.SchemaInfo{
			"ecs_role_name": fromEnvironment("ALICLOUD_ECS_ROLE_NAME"),
			"region":        fromEnvironment("ALICLOUD_REGION"),
			"profile":       fromEnvironment("ALICLOUD_PROFILE"),
		},
		Resources:   map[string]*tfbridge.ResourceInfo{},
		DataSources: map[string]*tfbridge.DataSourceInfo{},
	}
	for name, token := range resources {
		info.Resources[name] = &tfbridge.ResourceInfo{Tok: token.resource(), Fields: singular[name]}
	}
	for name, token := range dataSources {
		info.DataSources[name] = &tfbridge.DataSourceInfo{Tok: token.member()}
	}
	info.SetAutonaming(255, "-")
	return info
}

// keepOnly drops what is not named in wanted, so that the bridge neither checks nor maps some 1,700 unused types at each start.
func keepOnly(upstream map[string]*schema.Resource, wanted map[string]token) {
	for name := range wanted {
		if _, found := upstream[name]; !found {
			panic(fmt.Sprintf("terraform-provider-alicloud has no %s", name))
		}
	}
	for name := range upstream {
		if _, found := wanted[name]; !found {
			delete(upstream, name)
		}
	}
}

func fromEnvironment(variable string) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Default: &tfbridge.DefaultInfo{EnvVars: []string{variable}}}
}
