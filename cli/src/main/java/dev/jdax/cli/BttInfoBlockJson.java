// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.math.BigInteger;
import java.util.List;

import dev.jdax.pmem.BttInfoBlock;
import dev.jdax.pmem.InfoBlock;
import dev.jdax.pmem.Namespace;

/**
 * The info block of a BTT for programs, as {@code ndctl read-infoblock -j} has it, with its namespace, its place in the
 * file, and what is wrong with the namespace.
 */
record BttInfoBlockJson(String file, String signature, String uuid, String parent_uuid, long flags, String version,
    long external_lbasize, long external_nlba, long internal_lbasize, long internal_nlba, long nfree, long infosize,
    BigInteger nextoff, BigInteger dataoff, BigInteger mapoff, BigInteger logoff, BigInteger info2off, String namespace,
    long offset, List<ProblemJson> problems) implements InfoBlockDocument {
  BttInfoBlockJson(Namespace namespace, BttInfoBlock block) {
    this(namespace.file().toString(), InfoBlock.Signature.BTT.text(), block.uuid().toString(),
        block.parentUuid().toString(), block.flags(), block.major() + "." + block.minor(), block.externalLbaSize(),
        block.externalBlocks(), block.internalLbaSize(), block.internalBlocks(), block.freeBlocks(), block.infoSize(),
        Json.unsigned(block.nextOffset()), Json.unsigned(block.dataOffset()), Json.unsigned(block.mapOffset()),
        Json.unsigned(block.logOffset()), Json.unsigned(block.copyOffset()), namespace.device(),
        namespace.offset() + namespace.infoBlockOffset(), ProblemJson.of(namespace.problems()));
  }
}
