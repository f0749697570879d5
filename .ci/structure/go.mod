module downpour.local/structure

go 1.26
