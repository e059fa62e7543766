package org.samfast.cuda.device;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link PtxDriver} that writes down what is called, and fails where a test says so. */
public final class ScriptedDriver {
    /** The names of the {@link Driver}'s methods in the order of the calls, without those that every call makes. */
    public final List<String> calls = new ArrayList<>();

    private final PtxDriver driver = new PtxDriver();
    private final Map<String, Integer> results = new HashMap<>();
    /** How many more calls of a method work before the one that does not. */
    private final Map<String, Integer> before = new HashMap<>();

    public Device device() {
        return new Device((Driver)
                Proxy.newProxyInstance(Driver.class.getClassLoader(), new Class<?>[] {Driver.class}, this::invoke));
    }

    /** From now on that method does nothing but return that result. */
    public void fail(String method, int result) {
        results.put(method, result);
    }

    /** Of the calls of that method from now on, the one after so many does nothing but return that result. */
    public void failAfter(String method, int working, int result) {
        before.put(method, working);
        results.put(method, result);
    }

    /** From now on that method works again. */
    public void repair(String method) {
        results.remove(method);
    }

    private @Nullable Integer result(String method) {
        Integer working = before.get(method);
        if (working == null) {
            return results.get(method);
        }
        if (working > 0) {
            before.put(method, working - 1);
            return null;
        }
        before.remove(method);
        return results.remove(method);
    }

    private Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (!method.getName().equals("makeCurrent") && !method.getName().equals("gpu")) {
            calls.add(method.getName());
        }
        Integer result = result(method.getName());
        if (result != null) {
            return result;
        }
        try {
            return method.invoke(driver, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
