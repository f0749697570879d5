module downpour

go 1.26
