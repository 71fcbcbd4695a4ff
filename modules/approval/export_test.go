package approval

// Due is due for the tests.
var Due = due
