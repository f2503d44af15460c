defmodule Thumbnailer.Doctor do
  @moduledoc """
  Examines an installation: is the port program there, what is it, what does the sandbox hold, does each format
  work. `mix thumbnailer.doctor` prints what it finds; in a release, `Thumbnailer.Doctor.examine/1` tells the same.
  """

  alias Thumbnailer.{Doctor, Error, Executable}

  defmodule Finding do
    @moduledoc "One thing that was looked at: how it is, what was seen, and what to do when it is not well."
    @enforce_keys [:state, :what, :seen]
    defstruct [:state, :what, :seen, :advice]

    @type t :: %__MODULE__{
            state: :ok | :warning | :error,
            what: String.t(),
            seen: String.t(),
            advice: String.t() | nil
          }
  end

  # A picture of 8 x 6 pixels: one to make the others from, and the two formats that are read and not written.
  @png Base.decode64!(
         "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAEklEQVR4nGP8z4AdMOEQp4sEAJiFAQtsMIKbAAAAAElFTkSuQmCC"
       )
  @svg ~s(<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"><rect width="8" height="6"/></svg>)
  @tiff <<"II", 42::16-little, 8::32-little, 8::16-little>> <>
          for(
            {tag, value} <- [
              {256, 8},
              {257, 6},
              {258, 8},
              {259, 1},
              {262, 1},
              {273, 110},
              {278, 6},
              {279, 48}
            ],
            into: <<>>,
            do: <<tag::16-little, 4::16-little, 1::32-little, value::32-little>>
          ) <> <<0::32>> <> :binary.copy(<<128>>, 48)

  @doc """
  Looks at everything; the options are those of an instance, which is started for the purpose and stopped again.

      findings = Thumbnailer.Doctor.examine()
      Enum.all?(findings, &(&1.state == :ok))
  """
  @doc since: "0.1.0"
  @spec examine(keyword) :: [Finding.t()]
  def examine(opts \\ []) do
    case Executable.find(opts[:executable]) do
      {:ok, path} ->
        [ok("program", path) | with_instance(opts)]

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

  defp with_instance(opts) do
    {:ok, instance} = opts |> Keyword.put(:name, Doctor.Instance) |> Thumbnailer.start_link()

    case Thumbnailer.info(Doctor.Instance) do
      {:ok, hello} ->
        versions(hello) ++ [sandbox(hello)] ++ formats(hello)

      {:error, error} ->
        [
          error(
            "start",
            Error.message(error),
            "run the program by hand: it says on stderr what is wrong"
          )
        ]
    end
    |> tap(fn _findings -> Supervisor.stop(instance) end)
  end

  defp versions(hello) do
    limits =
      hello.limits
      |> Enum.sort()
      |> Enum.map_join(", ", fn {name, value} -> "#{name} #{value}" end)

    [
      ok("version", "#{hello.version}, protocol #{hello.protocol}"),
      libvips(hello),
      lane(hello),
      ok("workers", "#{hello.workers}"),
      ok("limits", limits)
    ]
  end

  defp libvips(%{libvips_origin: :system, libvips: version}) do
    warning(
      "libvips",
      "#{version}, of the system",
      "the prebuilt one is faster and has fewer readers: THUMBNAILER_LIBVIPS=prebuilt"
    )
  end

  defp libvips(hello), do: ok("libvips", "#{hello.libvips}, #{hello.libvips_origin}")

  defp lane(%{lane: true}), do: ok("lane", "jpeg to jpeg without pixels")

  defp lane(_hello),
    do:
      ok("lane", "none: jpeg to jpeg takes the way over pixels, as lane: :off or the build says")

  defp sandbox(%{sandbox: %{complete: true} = sandbox}),
    do:
      ok(
        "sandbox",
        "complete: seccomp, Landlock #{sandbox.landlock}; files, sockets and programs were tried and denied"
      )

  defp sandbox(%{sandbox: %{mode: :off}}),
    do: warning("sandbox", "off", "leave out sandbox: :off, unless you are debugging")

  defp sandbox(%{sandbox: sandbox}) do
    seen =
      "mode #{sandbox.mode}, seccomp #{sandbox.seccomp}, Landlock #{sandbox.landlock}, files denied #{sandbox.open_denied}"

    warning(
      "sandbox",
      seen,
      "docs/security.md says what each layer needs; sandbox: :require refuses to run without"
    )
  end

  defp formats(hello) do
    written =
      for format <- hello.savers,
          do:
            {format,
             fn -> Thumbnailer.make({:bytes, @png}, 4, format: format, on: Doctor.Instance) end}

    read =
      for {format, bytes} <- [svg: @svg, tiff: @tiff],
          format in hello.loaders,
          do: {format, fn -> Thumbnailer.make({:bytes, bytes}, 4, on: Doctor.Instance) end}

    Enum.map(written, &write_and_read/1) ++ Enum.map(read, &try_out(&1, "read"))
  end

  # What was written must be readable again.
  defp write_and_read({format, write}) do
    again = fn ->
      with {:ok, thumbnail} <- write.(),
           {:ok, %{format: ^format}} <-
             Thumbnailer.probe({:bytes, thumbnail.data}, on: Doctor.Instance),
           do: {:ok, thumbnail}
    end

    try_out({format, again}, "written and read")
  end

  defp try_out({format, work}, done) do
    case :timer.tc(work) do
      {microseconds, {:ok, %{width: 4, height: 3}}} ->
        ok("#{format}", "#{done}, #{Float.round(microseconds / 1000, 1)} ms")

      {_microseconds, {:ok, other}} ->
        error(
          "#{format}",
          "came out as #{inspect(other, limit: 5)}",
          "report this: the program is broken"
        )

      {_microseconds, {:error, error}} ->
        error(
          "#{format}",
          Error.message(error),
          "this libvips lacks the format, or the sandbox is too tight: try sandbox: :audit"
        )
    end
  end

  defp ok(what, seen), do: %Finding{state: :ok, what: what, seen: seen}

  defp warning(what, seen, advice),
    do: %Finding{state: :warning, what: what, seen: seen, advice: advice}

  defp error(what, seen, advice),
    do: %Finding{state: :error, what: what, seen: seen, advice: advice}
end
