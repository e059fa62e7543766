package org.samfast.checkpoint;

import java.util.Map;

/**
 * What one pickle holds.
 *
 * @param storages every storage that it mentions, by key
 */
record Pickle(Object value, Map<String, PickledStorage> storages) {}
