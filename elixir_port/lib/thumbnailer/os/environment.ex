defmodule Thumbnailer.OS.Environment do
  @moduledoc false
  # Which variables of the BEAM's environment the program is started with. Secrets of an application stand there, and the
  # program reads images that somebody else chose: it gets the variables that its libraries look at, and no other.

  # Where libraries, fonts, their cache and temporary files are; the language of the system's messages.
  @kept ~w(PATH LD_LIBRARY_PATH HOME TMPDIR TZ LANG LANGUAGE XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_DATA_DIRS
           FONTCONFIG_FILE FONTCONFIG_PATH FONTCONFIG_SYSROOT)
  @kept_prefix "LC_"

  @doc "The variables that are set now and that the program does not get, as the option `:env` of a port has them."
  @spec removed() :: [{charlist, false}]
  def removed do
    for {name, _value} <- :os.env(), not kept?(List.to_string(name)), do: {name, false}
  end

  defp kept?(name), do: name in @kept or String.starts_with?(name, @kept_prefix)
end
