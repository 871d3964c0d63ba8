/**
 * A backend as others could write one, with memory of its own, a blocked layout and regions of any
 * size: it proves that the runtime's seams are enough for one. Uses what is public only, and is
 * registered nowhere.
 */
package org.qat4j.runtime.toy;
