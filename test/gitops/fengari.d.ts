/** The part of fengari that the tests use; it ships no types. */
declare module 'fengari' {
  export function to_luastring(text: string): Uint8Array;
  export function to_jsstring(text: Uint8Array): string;
  export const lauxlib: {
    luaL_newstate(): unknown;
    luaL_dostring(state: unknown, script: Uint8Array): number;
  };
  export const lualib: { luaL_openlibs(state: unknown): void };
  export const lua: {
    readonly LUA_OK: number;
    lua_setglobal(state: unknown, name: Uint8Array): void;
    lua_getfield(state: unknown, index: number, name: Uint8Array): void;
    lua_tostring(state: unknown, index: number): Uint8Array;
    lua_pop(state: unknown, count: number): void;
    lua_pushstring(state: unknown, text: Uint8Array): void;
    lua_pushnumber(state: unknown, value: number): void;
    lua_newtable(state: unknown): void;
    lua_settable(state: unknown, index: number): void;
  };
}
