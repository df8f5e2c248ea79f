module federated/go

go 1.20
