defmodule Thumbnailer.Doctor.Samples do
  @moduledoc false
  # Makes a sample in each format that a program writes, and reads it again; reads a sample of those that are only read.

  alias Thumbnailer.Error
  alias Thumbnailer.Doctor.Finding

  # A picture of 8 x 6 pixels to make the others from, and one in a format that is read and not written.
  @png Base.decode64!(
         "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAEklEQVR4nGP8z4AdMOEQp4sEAJiFAQtsMIKbAAAAAElFTkSuQmCC"
       )
  @svg ~s(<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"><rect width="8" height="6"/></svg>)
  @read_only [svg: @svg]

  @doc "A finding for each format of the hello that there is a sample of."
  @spec findings(map, GenServer.server()) :: [Finding.t()]
  def findings(hello, on) do
    written =
      Enum.map(hello.savers, &attempt(&1, "written and read", fn -> round_trip(&1, on) end))

    read =
      for {format, bytes} <- @read_only,
          format in hello.loaders,
          do: attempt(format, "read", fn -> Thumbnailer.make({:bytes, bytes}, 4, on: on) end)

    written ++ read
  end

  # What was written must be readable again.
  defp round_trip(format, on) do
    with {:ok, thumbnail} <- Thumbnailer.make({:bytes, @png}, 4, format: format, on: on),
         {:ok, %{format: ^format}} <- Thumbnailer.probe({:bytes, thumbnail.data}, on: on),
         do: {:ok, thumbnail}
  end

  defp attempt(format, done, work) do
    case :timer.tc(work) do
      {microseconds, {:ok, %{width: 4, height: 3}}} ->
        Finding.ok("#{format}", "#{done}, #{Float.round(microseconds / 1000, 1)} ms")

      {_microseconds, {:ok, other}} ->
        Finding.error(
          "#{format}",
          "came out as #{inspect(other, limit: 5)}",
          "report this: the program is broken"
        )

      {_microseconds, {:error, error}} ->
        Finding.error(
          "#{format}",
          Error.message(error),
          "this libvips lacks the format, or the sandbox is too tight: try sandbox: :audit"
        )
    end
  end
end
