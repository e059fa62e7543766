package org.samfast.checkpoint;

/** Python's None. */
enum PickleNone {
    NONE
}
