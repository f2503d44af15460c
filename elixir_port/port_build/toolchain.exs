defmodule Thumbnailer.PortBuild.Toolchain do
  @moduledoc """
  The environment variables that say how the port program is built, and what becomes of them.

  CMake itself reads `CXX`, `CXXFLAGS`, `LDFLAGS`, `CMAKE_TOOLCHAIN_FILE`, `CMAKE_GENERATOR`, `CMAKE_BUILD_PARALLEL_LEVEL`,
  `CMAKE_CXX_COMPILER_LAUNCHER` and `PKG_CONFIG_PATH`. Nothing is written in C, so `CC` and `CFLAGS` have no say.

    * `THUMBNAILER_LIBVIPS` - `auto`, `prebuilt` or `system`
    * `CMAKE_BUILD_TYPE` - `Release` unless set
    * `CROSSCOMPILE` - what the names of a cross compiler's programs begin with, such as `/opt/bin/aarch64-linux-gnu`; Nerves
      sets it. The target's processor is read from it. `CMAKE_TOOLCHAIN_FILE` comes first, and says all of this itself
    * `NERVES_SDK_SYSROOT` - where the target's headers and libraries are, when `CROSSCOMPILE` is set
  """

  @relevant ~w(THUMBNAILER_LIBVIPS CMAKE_BUILD_TYPE CROSSCOMPILE NERVES_SDK_SYSROOT CXX CXXFLAGS LDFLAGS
               CMAKE_TOOLCHAIN_FILE CMAKE_GENERATOR PKG_CONFIG PKG_CONFIG_PATH PKG_CONFIG_LIBDIR
               PKG_CONFIG_SYSROOT_DIR)

  @typedoc "What `System.get_env/0` yields."
  @type environment :: %{String.t() => String.t()}

  @doc "The variables whose change means that the build directory cannot be kept."
  @spec relevant(environment) :: [{String.t(), String.t()}]
  def relevant(environment),
    do: for(name <- @relevant, value = value(environment, name), do: {name, value})

  @doc """
  The arguments of CMake that follow from the environment.

      iex> Thumbnailer.PortBuild.Toolchain.definitions(%{"THUMBNAILER_LIBVIPS" => "system"})
      ["-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF", "-DTHUMBNAILER_LIBVIPS=system"]
  """
  @spec definitions(environment) :: [String.t()]
  def definitions(environment) do
    libvips =
      for origin <- [value(environment, "THUMBNAILER_LIBVIPS")],
          origin,
          do: "-DTHUMBNAILER_LIBVIPS=#{origin}"

    type = value(environment, "CMAKE_BUILD_TYPE") || "Release"
    ["-DCMAKE_BUILD_TYPE=#{type}", "-DBUILD_TESTING=OFF"] ++ libvips ++ cross(environment)
  end

  @doc "Whether the program is built for another machine than this one."
  @spec cross?(environment) :: boolean
  def cross?(environment),
    do: own_toolchain?(environment) or value(environment, "CROSSCOMPILE") != nil

  @doc "Whether a toolchain file says which compiler is used and where its libraries are."
  @spec own_toolchain?(environment) :: boolean
  def own_toolchain?(environment), do: value(environment, "CMAKE_TOOLCHAIN_FILE") != nil

  @doc "The C++ compiler that CMake will take, when the environment names one."
  @spec compiler(environment) :: String.t() | nil
  def compiler(environment) do
    case {value(environment, "CXX"), value(environment, "CROSSCOMPILE")} do
      {nil, nil} -> nil
      {nil, prefix} -> prefix <> "-g++"
      # A launcher may stand before it, as in "ccache g++".
      {compiler, _prefix} -> compiler
    end
  end

  defp cross(environment) do
    case value(environment, "CROSSCOMPILE") do
      nil -> []
      prefix -> if own_toolchain?(environment), do: [], else: target(prefix, environment)
    end
  end

  # Headers and libraries are the target's, programs are this machine's.
  defp target(prefix, environment) do
    processor = prefix |> Path.basename() |> String.split("-") |> hd()

    compiler = if value(environment, "CXX"), do: [], else: ["-DCMAKE_CXX_COMPILER=#{prefix}-g++"]

    sysroot =
      case value(environment, "NERVES_SDK_SYSROOT") do
        nil ->
          []

        path ->
          [
            "-DCMAKE_SYSROOT=#{path}",
            "-DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER",
            "-DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY",
            "-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY",
            "-DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY"
          ]
      end

    ["-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=#{processor}"] ++ compiler ++ sysroot
  end

  @doc false
  # Set to nothing is as good as not set.
  @spec value(environment, String.t()) :: String.t() | nil
  def value(environment, name) do
    case Map.get(environment, name, "") do
      "" -> nil
      value -> value
    end
  end
end
