package org.samfast.checkpoint;

import java.util.List;

/** A Python tuple. */
record PickleTuple(List<Object> items) {}
