/**
 * Samples the CPU time of a JVM's threads and writes it to files. What is done and why stands in ALGORITHM.md, what is
 * written in FORMAT.md.
 */
package org.pertract.agent;
