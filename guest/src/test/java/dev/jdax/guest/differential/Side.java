// SPDX-License-Identifier: Apache-2.0
package dev.jdax.guest.differential;

import java.io.IOException;

import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxRegion;
import dev.jdax.DeviceState;
import dev.jdax.OnMapped;
import dev.jdax.PageSize;

/** One of two regions to which the same is done, in one way. */
interface Side {
  /** What a step gives that succeeded and shows nothing. */
  String OK = "OK";

  /** {@return OK, or what was shown, or the name of the errno} */
  String perform(Step step) throws IOException;

  /** {@return all that can be seen in this way, in lines: the same of two regions to which the same was done} */
  String state() throws IOException;

  /** {@return of that what steps change, and what takes no long time to see} */
  String layout() throws IOException;

  /** Brings a region to its beginning: device 0 alone, empty and of the region's alignment. */
  static void clear(DaxRegion region) throws DaxException {
    for (DaxDevice device : region.devices()) {
      if (device.state() == DeviceState.BOUND) {
        device.disable(OnMapped.REVOKE);
      }
      device.resize(0);
      if (device.id() == 0) {
        device.setAlignment(PageSize.SIZE_2M);
      } else {
        region.delete(device.name());
      }
    }
  }
}
