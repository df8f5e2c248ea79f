module wefe

go 1.18
