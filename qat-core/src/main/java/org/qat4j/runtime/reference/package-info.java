/**
 * docs/numerics.md as code: plain scalar loops, exact int32, one rounding where the text has one.
 *
 * <p>This is the definition that every other backend equals bit for bit. Nothing here is clever,
 * and nothing may become so.
 */
package org.qat4j.runtime.reference;
