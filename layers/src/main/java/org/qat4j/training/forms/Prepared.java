package org.qat4j.training.forms;

import java.util.List;
import org.qat4j.training.network.Stage;

/**
 * A stage of a prepared network and what it comes from.
 *
 * @param source the original layer that it is, or is a part of, whose rules hold for it; itself for
 *     the quantizer of the network's input
 * @param origins the original layers whose parameters it has; empty where it has none
 */
public record Prepared(Stage source, Stage stage, List<Origin> origins) {}
