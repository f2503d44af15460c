defmodule Thumbnailer.Doctor.Samples do
  @moduledoc false
  # Tests each format of a program: writes a sample and reads it again; for input-only formats reads a built-in sample; for
  # the others reports why they are not read.

  alias Thumbnailer.{Error, Formats}
  alias Thumbnailer.Doctor.Finding

  # A picture of 8 x 6 pixels to convert.
  @png Base.decode64!(
         "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAEklEQVR4nGP8z4AdMOEQp4sEAJiFAQtsMIKbAAAAAElFTkSuQmCC"
       )
  @svg ~s(<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"><rect width="8" height="6"/></svg>)
  # 64 x 48 pixels of one colour, by heif-enc.
  @heic Base.decode64!(
          "AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWljAAABWG1ldGEAAAAAAAAAIWhkbHIAAAAAAAAAAHBpY3QAAAAAAAAAAAAAAAAAAAAADnBp" <>
            "dG0AAAAAAAEAAAAgaWxvYwEAAABEAAABAAEAAAAAAAEAAAF4AAAAHAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEA" <>
            "AAAA2mlwcnAAAAC8aXBjbwAAABRpc3BlAAAAAAAAAEAAAABAAAAAeGh2Y0MBA3AAAAAAAAAAAAAe8AD8/fj4AAAPAyAAAQAYQAEM" <>
            "Af//A3AAAAMAkAAAAwAAAwAeugJAIQABACtCAQEDcAAAAwCQAAADAAADAB6gIIEFlupJKa5uBAQMCAAAAwAIAAADAAhAIgABAAdE" <>
            "AcFysCJAAAAAKGNsYXAAAABAAAAAAQAAADAAAAABAAAAAAAAAAEAAAAAAAAAAQAAABZpcG1hAAAAAAAAAAEAAQMBgoMAAAAkbWRh" <>
            "dAAAABgoAa8TgOaocNP//RdRX/Dvq/6KFLSeb98="
        )
  @bmp <<"BM", 198::little-32, 0::32, 54::little-32, 40::little-32, 8::little-32, 6::little-32,
         1::little-16, 24::little-16, 0::192>> <> :binary.copy(<<153, 102, 51>>, 48)
  @ico <<0::16, 1::little-16, 1::little-16, 8, 6, 0, 0, 1::little-16, 32::little-16,
         byte_size(@png)::little-32, 22::little-32>> <> @png

  @doc "A finding for each format of the program."
  @spec findings(map, GenServer.server()) :: [Finding.t()]
  def findings(%{formats: formats}, on), do: Enum.map(formats, &finding(&1, on))

  defp finding(%{read: true, written: true} = format, on),
    do: attempt(format, "written and read", fn -> round_trip(format.name, on) end)

  defp finding(%{read: true} = format, on) do
    case sample(format.name, on) do
      nil ->
        Finding.ok("#{format.name}", "read with #{Formats.reader(format.read_with)}, not tried")

      bytes ->
        attempt(format, "read", fn -> Thumbnailer.make({:bytes, bytes}, 4, on: on) end)
    end
  end

  defp finding(%{name: :heic, by_default: true}, _on) do
    Finding.warning(
      "heic",
      "not read",
      "unless :loaders leaves it out, the program was built without libde265: apt install libde265-dev, then script/build"
    )
  end

  defp finding(%{by_default: true, name: name}, _on),
    do: Finding.ok("#{name}", "not read: :loaders leaves it out")

  defp finding(%{name: name}, _on),
    do: Finding.ok("#{name}", "not read: only where :loaders names it and this libvips has it")

  defp sample(:svg, _on), do: @svg
  defp sample(:heic, _on), do: @heic
  defp sample(:bmp, _on), do: @bmp
  defp sample(:ico, _on), do: @ico

  # A TIFF that says that it holds a sensor's samples, and a JPEG.
  defp sample(:raw, on) do
    with {:ok, %{data: jpeg}} <- Thumbnailer.make({:bytes, @png}, 8, format: :jpeg, on: on) do
      <<"II", 42::little-16, 8::little-32, 3::little-16>> <>
        entry(0x0106, 3, 32_803) <>
        entry(0x0201, 4, 50) <> entry(0x0202, 4, byte_size(jpeg)) <> <<0::32>> <> jpeg
    else
      {:error, _why} -> ""
    end
  end

  defp sample(_name, _on), do: nil

  defp entry(tag, type, value),
    do: <<tag::little-16, type::little-16, 1::little-32, value::little-32>>

  # The written sample must be readable.
  defp round_trip(format, on) do
    with {:ok, thumbnail} <- Thumbnailer.make({:bytes, @png}, 4, format: format, on: on),
         {:ok, %{format: ^format}} <- Thumbnailer.probe({:bytes, thumbnail.data}, on: on),
         do: {:ok, thumbnail}
  end

  defp attempt(%{name: name, read_with: read_with}, done, work) do
    case :timer.tc(work) do
      {microseconds, {:ok, %{width: 4, height: 3}}} ->
        Finding.ok(
          "#{name}",
          "#{done} with #{Formats.reader(read_with)}, #{Float.round(microseconds / 1000, 1)} ms"
        )

      {_microseconds, {:ok, other}} ->
        Finding.error(
          "#{name}",
          "came out as #{inspect(other, limit: 5)}",
          "report this: the program is broken"
        )

      {_microseconds, {:error, error}} ->
        Finding.error(
          "#{name}",
          Error.message(error),
          "this libvips lacks the format, or the sandbox is too tight: try sandbox: :audit"
        )
    end
  end
end
