package archive

const childVariable = "DOWNPOUR_TEST_CHILD"

func child() int { return 0 }
