package org.qat4j.training;

import java.util.List;

/**
 * A stage of a prepared network and where its parameters come from.
 *
 * @param origins the original layers that it replaces; empty where it is new
 */
record Prepared(Stage stage, List<Origin> origins) {}
