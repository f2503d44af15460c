defmodule Thumbnailer.PortBuild.Requirements do
  @moduledoc false
  # What a machine needs to build the port program, and one line that installs what is missing.

  alias Thumbnailer.PortBuild.Toolchain

  # What it is, how it is looked for, what its package is called by apt, apk and Homebrew (on Linux).
  # {:program, names}: one of them is in the PATH; {:header, name}: the compiler finds it; {:library, name, header}:
  # pkg-config does, or the compiler its header when pkg-config is what is missing.
  @rows [
    {"cmake, 3.25 or newer", :cmake, %{apt: "cmake", apk: "cmake", brew: "cmake"}},
    {"ninja or make", {:program, ~w(ninja make)},
     %{apt: "ninja-build", apk: "samurai", brew: "ninja"}},
    {"pkg-config", {:program, ~w(pkg-config pkgconf)},
     %{apt: "pkg-config", apk: "pkgconf", brew: "pkgconf"}},
    {"a C++20 compiler", {:header, "span"}, %{apt: "g++", apk: "g++", brew: "gcc"}},
    {"the kernel's headers", {:header, "linux/openat2.h"},
     %{apt: "linux-libc-dev", apk: "linux-headers"}},
    {"msgpack for C++", {:header, "msgpack.hpp"},
     %{apt: "libmsgpack-cxx-dev", apk: "msgpack-cxx-dev", brew: "msgpack-cxx"}},
    {"libseccomp", {:library, "libseccomp", "seccomp.h"},
     %{apt: "libseccomp-dev", apk: "libseccomp-dev", brew: "libseccomp"}},
    {"nettle", {:library, "nettle", "nettle/sha2.h"},
     %{apt: "nettle-dev", apk: "nettle-dev", brew: "nettle"}},
    {"libvips, which npm fetches", :libvips, %{apt: "npm", apk: "npm", brew: "node"}},
    {"libvips 8.14 or newer", :system_libvips,
     %{apt: "libvips-dev", apk: "vips-dev", brew: "vips"}}
  ]

  @installers [
    {:apt, "Debian, Ubuntu", "apt install"},
    {:apk, "Alpine", "apk add"},
    {:brew, "Homebrew on Linux", "brew install"}
  ]

  @doc "`:ok`, or what is missing and how to get it."
  @spec check(Toolchain.environment(), {atom, atom}) :: :ok | {:error, String.t()}
  def check(environment, system \\ :os.type()) do
    cond do
      system != {:unix, :linux} and not Toolchain.cross?(environment) -> {:error, not_linux()}
      (missing = missing(environment)) != [] -> {:error, message(missing)}
      true -> :ok
    end
  end

  defp missing(environment),
    do: for({_what, how, _names} = row <- @rows, not there?(how, environment), do: row)

  defp there?(:cmake, _environment) do
    with true <- there?({:program, ["cmake"]}, nil),
         {output, 0} <- System.cmd("cmake", ["--version"]),
         [_, major, minor] <- Regex.run(~r/(\d+)\.(\d+)/, output) do
      {String.to_integer(major), String.to_integer(minor)} >= {3, 25}
    else
      _ -> false
    end
  end

  defp there?({:program, names}, _environment), do: Enum.any?(names, &System.find_executable/1)

  # A toolchain file may have any compiler and any place for its headers; CMake will say what it misses.
  defp there?({:header, name}, environment) do
    Toolchain.own_toolchain?(environment) or
      case compiler(environment) do
        # Whether the others are there can still be told where headers usually are.
        nil -> name != "span" and File.exists?(Path.join("/usr/include", name))
        [compiler | arguments] -> finds?(compiler, arguments ++ flags(environment), name)
      end
  end

  defp there?({:library, name, header}, environment) do
    if pkg_config(),
      do: Toolchain.own_toolchain?(environment) or pkg_config?([name]),
      else: there?({:header, header}, environment)
  end

  defp there?(:libvips, environment) do
    case Toolchain.value(environment, "THUMBNAILER_LIBVIPS") || "auto" do
      "auto" -> npm?() or there?(:system_libvips, %{"THUMBNAILER_LIBVIPS" => "system"})
      "prebuilt" -> npm?()
      _system -> true
    end
  end

  defp there?(:system_libvips, environment) do
    Toolchain.value(environment, "THUMBNAILER_LIBVIPS") != "system" or
      Toolchain.own_toolchain?(environment) or pkg_config?(["vips-cpp >= 8.14"])
  end

  defp npm?, do: System.find_executable("npm") != nil

  defp compiler(environment) do
    given = OptionParser.split(Toolchain.compiler(environment) || "")
    candidates = if given == [], do: Enum.map(~w(c++ g++ clang++), &[&1]), else: [given]
    Enum.find(candidates, fn [program | _] -> System.find_executable(program) end)
  end

  defp flags(environment),
    do: OptionParser.split(Toolchain.value(environment, "CXXFLAGS") || "")

  defp finds?(compiler, arguments, header) do
    arguments =
      arguments ++
        ~w(-std=c++20 -DMSGPACK_NO_BOOST -E -x c++ -include #{header} -o /dev/null /dev/null)

    match?({_, 0}, System.cmd(compiler, arguments, stderr_to_stdout: true))
  end

  defp pkg_config?(arguments) do
    program = pkg_config()

    program != nil and
      match?({_, 0}, System.cmd(program, ["--exists" | arguments], stderr_to_stdout: true))
  end

  defp pkg_config, do: System.find_executable("pkg-config") || System.find_executable("pkgconf")

  defp message(missing) do
    whats = Enum.map_join(missing, "\n", fn {what, _how, _names} -> "  * #{what}" end)

    """
    The port program of :thumbnailer is written in C++ and built here; for that this machine lacks

    #{whats}

    #{Enum.map_join(installers(), "\n", &line(&1, missing))}

    Or set THUMBNAILER_EXECUTABLE to a thumbnailer that is built already.
    """
  end

  # The line for this machine; all of them when it has none of the installers, or several.
  defp installers do
    here =
      Enum.filter(@installers, fn {name, _where, _command} ->
        System.find_executable("#{name}")
      end)

    if length(here) == 1, do: here, else: @installers
  end

  defp line({installer, where, command}, missing) do
    packages = for {_what, _how, names} <- missing, name = names[installer], do: name
    "#{where}:\n\n    #{command} #{Enum.join(packages, " ")}\n"
  end

  defp not_linux do
    """
    The port program of :thumbnailer is for Linux: its workers are confined by seccomp and Landlock. Build and run it in a
    container or a virtual machine (docs/installation.md has a Dockerfile), or set THUMBNAILER_EXECUTABLE to compile the
    library alone.
    """
  end
end
