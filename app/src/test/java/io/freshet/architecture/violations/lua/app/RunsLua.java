package io.freshet.architecture.violations.lua.app;

import org.luaj.vm2.Globals;

/** Lua outside the package that locks it in. */
interface RunsLua {
    Globals globals();
}
