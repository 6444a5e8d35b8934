module threadform/terraform

go 1.26.0

require github.com/hashicorp/terraform v1.5.7
