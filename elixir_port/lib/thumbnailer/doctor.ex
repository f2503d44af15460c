defmodule Thumbnailer.Doctor do
  @moduledoc """
  Checks an installation: the program and its version, its start, the sandbox, and each format.
  `mix thumbnailer.doctor` prints the findings; in a release without Mix, use
  `bin/my_app eval "Thumbnailer.Doctor.main()"`.

  It does not touch running instances.
  """

  alias Thumbnailer.{Doctor, Error, InstanceOptions, Keywords, OS}
  alias Thumbnailer.Doctor.{Finding, Samples}
  alias Thumbnailer.Port.Executable

  import Finding, only: [ok: 2, warning: 3, error: 3]

  @may_not_run "may this user run it, and is its file system mounted without noexec?"
  # ENOEXEC.
  @not_for_this_machine 8

  # The timeout for `--version`, in milliseconds.
  @version_timeout 2_000

  @doc """
  Runs all checks. Starts an instance with these options for the checks, and stops it at the end.

      findings = Thumbnailer.Doctor.examine()
      Enum.all?(findings, &(&1.state == :ok))
  """
  @doc since: "0.1.0"
  @spec examine(keyword) :: [Finding.t()]
  def examine(opts \\ []) do
    # Checked before anything is started, as every instance checks them.
    opts = [{:name, Doctor.Instance} | Keywords.keyword!(opts)]
    _checked = InstanceOptions.cast!(opts)

    case Executable.find(opts[:executable]) do
      {:ok, path} ->
        [ok("program", path) | start(path, opts)]

      {:error, why} ->
        [
          error(
            "program",
            why,
            "build it with script/build or mix compile, or set THUMBNAILER_EXECUTABLE"
          )
        ]
    end
  end

  @doc """
  Prints the findings of `examine/1`. If a check fails, it ends the caller with `{:shutdown, 1}`, which gives a script the
  exit status 1. A warning is not a failure.

      Thumbnailer.Doctor.main(sandbox: :require)
  """
  @doc since: "0.1.0"
  @spec main(keyword) :: :ok
  def main(opts \\ []) do
    {:ok, _started} = Application.ensure_all_started(:thumbnailer)
    findings = examine(opts)
    Enum.each(findings, &IO.puts(Finding.text(&1)))
    if Enum.any?(findings, &(&1.state == :error)), do: exit({:shutdown, 1}), else: :ok
  end

  # First alone: an instance would restart a program that cannot run again and again until the deadline.
  defp start(path, opts) do
    case ask_version(path) do
      {:ended, why} -> [error("start", why, advice(why))]
      :fine -> with_instance(path, opts)
    end
  end

  defp with_instance(path, opts) do
    {:ok, instance} = Thumbnailer.start_link(opts)
    findings = with_hello(path, :timer.tc(fn -> Thumbnailer.info(Doctor.Instance) end))
    Supervisor.stop(instance)
    findings
  end

  defp with_hello(_path, {microseconds, {:ok, hello}}) do
    [ok("start", "in #{div(microseconds, 1000)} ms") | hello(hello)] ++
      Samples.findings(hello, Doctor.Instance)
  end

  defp with_hello(path, {_microseconds, {:error, error}}) do
    advice = "run it by hand, #{path}: it says on stderr what is wrong"
    [error("start", Error.message(error), advice)]
  end

  # Continue after a failure without output, because the instance reports the cause.
  defp ask_version(path) do
    asked = Task.async(fn -> run_version(path) end)

    case Task.yield(asked, @version_timeout) || Task.shutdown(asked, :brutal_kill) do
      {:ok, {:error, why}} ->
        {:ended, "it cannot be run: #{why}"}

      # What exec(3) could not start ends with its errno.
      {:ok, {"", @not_for_this_machine}} ->
        {:ended,
         "it is no program of this machine, or of another architecture (exec format error)"}

      {:ok, {said, status}} when status != 0 ->
        {:ended, "it ended with status #{status}: #{String.trim(said)}"}

      _version_or_silence ->
        :fine
    end
  end

  defp run_version(path) do
    OS.Process.run(path, ["--version"])
  rescue
    error in [ErlangError] -> {:error, posix(error.original)}
  end

  # A file system that is mounted without the right to run programs says the same as a missing permission.
  defp posix(:eacces), do: "permission denied; #{@may_not_run}"
  defp posix(posix) when is_atom(posix), do: List.to_string(:file.format_error(posix))
  defp posix(other), do: inspect(other)

  # In a container, an error of the dynamic linker is the most frequent failure.
  defp advice(why) do
    if why =~ "shared libraries" or why =~ "GLIBC",
      do: "`ldd` on it shows what is missing; docs/installation.md says what a release needs",
      else: "is it for this machine, and may this user run it?"
  end

  defp hello(hello) do
    limits =
      hello.limits
      |> Enum.sort()
      |> Enum.map_join(", ", fn {name, value} -> "#{name} #{value}" end)

    [
      version(hello, List.to_string(Application.spec(:thumbnailer, :vsn))),
      libvips(hello),
      ok("reads", Enum.join(hello.loaders, ", ")),
      ok("writes", Enum.join(hello.savers, ", ")),
      fonts(hello),
      jpeg_fast_path(hello),
      ok("workers", "#{hello.workers}"),
      ok("limits", limits),
      sandbox(hello)
    ]
  end

  defp fonts(%{fonts: []}) do
    warning(
      "fonts",
      "none: text of svg is refused, or left out where `fonts: []` says so",
      "install a package of fonts, such as fonts-dejavu-core, or name files or folders in the option :fonts"
    )
  end

  defp fonts(%{fonts: families}), do: ok("fonts", Enum.join(families, ", "))
  # A program of another version, which is a finding of its own.
  defp fonts(_hello), do: ok("fonts", "unknown")

  defp version(%{version: version, protocol: protocol}, version),
    do: ok("version", "#{version}, protocol #{protocol}")

  defp version(hello, library) do
    warning(
      "version",
      "#{hello.version} with library #{library}",
      "build the program of this library, or point THUMBNAILER_EXECUTABLE at it"
    )
  end

  defp libvips(%{libvips_origin: :system, libvips: version}) do
    warning(
      "libvips",
      "#{version}, of the system",
      "the prebuilt one is faster and has fewer readers: THUMBNAILER_LIBVIPS=prebuilt"
    )
  end

  defp libvips(hello), do: ok("libvips", "#{hello.libvips}, #{hello.libvips_origin}")

  defp jpeg_fast_path(%{jpeg_fast_path: true}),
    do: ok("fast path", "jpeg and webp are resampled without RGB pixels")

  defp jpeg_fast_path(_hello),
    do:
      ok(
        "fast path",
        "none: libvips reads every jpeg and webp, as jpeg_fast_path: :off or the build says"
      )

  defp sandbox(%{sandbox: %{complete: true} = sandbox}),
    do:
      ok(
        "sandbox",
        "complete: seccomp, Landlock #{sandbox.landlock}; files, sockets and programs were tried and denied"
      )

  defp sandbox(%{sandbox: %{mode: :off}}),
    do: warning("sandbox", "off", "leave out sandbox: :off, unless you are debugging")

  defp sandbox(%{sandbox: sandbox}) do
    detail =
      "mode #{sandbox.mode}, seccomp #{sandbox.seccomp}, Landlock #{sandbox.landlock}, files denied #{sandbox.open_denied}"

    warning(
      "sandbox",
      detail,
      "docs/security.md says what each layer needs; sandbox: :require refuses to run without"
    )
  end
end
