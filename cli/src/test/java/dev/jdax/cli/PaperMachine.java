// SPDX-License-Identifier: Apache-2.0
package dev.jdax.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.jdax.DaxBus;
import dev.jdax.DaxDevice;
import dev.jdax.DaxException;
import dev.jdax.DaxMode;
import dev.jdax.DaxRegion;
import dev.jdax.Errno;
import dev.jdax.kernel.MemoryBlocks;
import dev.jdax.spi.AddressesOnly;
import dev.jdax.spi.DaxDriver;
import dev.jdax.spi.DeviceInfo;
import dev.jdax.spi.DeviceKey;
import dev.jdax.spi.FileUsers;
import dev.jdax.spi.MemorySource;
import dev.jdax.spi.RegionInfo;
import dev.jdax.spi.RegionOps;

/**
 * A machine whose regions are addresses, under the rules that all regions have: with system-ram, with secrets that only
 * root may know, and with a kernel that refuses what a test says. Its memory blocks are Linux's, which has none there.
 */
final class PaperMachine implements Machine, AutoCloseable {
  private final Map<String, Errno> refusals = new HashMap<>();
  /** Each the name of a region and the key of a device of it. */
  private final Set<String> systemRam = new HashSet<>();
  private final DaxBus bus = DaxBus.withDrivers(new Paper());
  private boolean root = true;
  private String policy = "offline";

  DaxRegion add(AddressesOnly.Source source) throws DaxException {
    return bus.add(source);
  }

  /** From now on the user is an ordinary one. */
  void leaveRoot() {
    root = false;
  }

  /** From now on the kernel refuses an operation of {@link RegionOps}. */
  void refuse(String operation, Errno errno) {
    refusals.put(operation, errno);
  }

  /** From now on the kernel does this with new memory. */
  void bringsOnline(String wanted) {
    policy = wanted;
  }

  CommandRun run(Object... words) {
    return CommandRun.of(this, words);
  }

  @Override
  public List<DaxRegion> regions() {
    return bus.regions().reversed(); // in an order that is nobody's
  }

  @Override
  public DaxDevice device(String name) throws DaxException {
    return bus.device(name.startsWith("/dev/") ? name.substring("/dev/".length()) : name);
  }

  @Override
  public MemoryBlocks memoryBlocks(DaxDevice device) throws DaxException {
    return MemoryBlocks.of(device);
  }

  @Override
  public String autoOnlinePolicy() {
    return policy;
  }

  @Override
  public FileUsers users(DaxDevice device) {
    return new FileUsers(List.of(), List.of());
  }

  @Override
  public void close() {
    bus.close();
  }

  /** Makes its regions, and stands between them and the rules. */
  private final class Paper implements DaxDriver {
    private final AddressesOnly addresses = new AddressesOnly();

    @Override
    public String name() {
      return "paper";
    }

    @Override
    public Match matches(MemorySource source) {
      return addresses.matches(source);
    }

    @Override
    public RegionOps probe(MemorySource source) throws DaxException {
      RegionOps ops = addresses.probe(source);
      return (RegionOps) Proxy.newProxyInstance(RegionOps.class.getClassLoader(), new Class<?>[]{RegionOps.class},
          (proxy, method, arguments) -> method.getName().equals("growth")
              ? InvocationHandler.invokeDefault(proxy, method, arguments) // a resize in one step, as Linux has it
              : call(source + "/", ops, method, arguments));
    }

    private Object call(String region, RegionOps ops, Method method, Object[] arguments) throws Throwable {
      if (refusals.containsKey(method.getName())) {
        throw DaxException.of(refusals.get(method.getName()), method.getName(), "the kernel refused", "read its log");
      }
      if (method.getName().equals("bind") && arguments[1] == DaxMode.SYSTEM_RAM) {
        ops.bind((DeviceKey) arguments[0], DaxMode.DEVDAX);
        systemRam.add(region + arguments[0]);
        return null;
      }
      if (method.getName().equals("unbind")) {
        systemRam.remove(region + arguments[0]);
      }
      try {
        return switch (method.invoke(ops, arguments)) {
          case DeviceInfo device -> seen(device, systemRam.contains(region + device.key()));
          case RegionInfo info -> root
              ? info
              : new RegionInfo(info.id(), info.dynamic(), info.start(), info.size(), info.availableSize(),
                  Optional.empty(), info.targetNode());
          case null -> null;
          case Object other -> other;
        };
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    private DeviceInfo seen(DeviceInfo device, boolean isSystemRam) {
      return new DeviceInfo(device.key(), device.alignment(),
          isSystemRam ? Optional.of(DaxMode.SYSTEM_RAM.driver()) : device.driver(), device.size(),
          root || device.size() == 0 ? device.ranges() : Optional.empty());
    }
  }
}
