defmodule Thumbnailer.Features.FontsTest do
  # The instance option `fonts:` on real programs: what text of SVG is drawn with, and what the hello and the doctor say.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Doctor, Error, Pixels}

  @moduletag :real

  @file_of_mono "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"
  unless File.exists?(@file_of_mono),
    do: @moduletag(skip: "there are no DejaVu fonts (fonts-dejavu-core)")

  @drawing ~s(<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><rect width="120" height="40" fill="#fff"/>) <>
             ~s(<text x="4" y="30" font-size="26">Thumb</text></svg>)

  defp start(name, fonts) do
    on = start_instance(Module.concat(__MODULE__, name), workers: 1, fonts: fonts)
    {:ok, hello} = Thumbnailer.info(on)
    {on, hello.fonts}
  end

  defp drawn(on) do
    with {:ok, thumbnail} <-
           Thumbnailer.make({:bytes, @drawing}, {120, 40}, on: on, format: :png),
         do: {:ok, Pixels.decode(thumbnail.data).rows}
  end

  defp dark?(rows),
    do: Enum.any?(rows, fn row -> row |> :binary.bin_to_list() |> Enum.any?(&(&1 < 100)) end)

  test "a family is drawn with that family" do
    {serif, families} = start(Serif, ["DejaVu Serif"])
    assert families == ["DejaVu Serif"]
    {sans, families} = start(Sans, ["DejaVu Sans"])
    assert families == ["DejaVu Sans"]
    {:ok, with_serifs} = drawn(serif)
    {:ok, without} = drawn(sans)
    assert dark?(with_serifs) and dark?(without)
    assert with_serifs != without
  end

  test "a file is drawn with the family in it" do
    {on, families} = start(File, [@file_of_mono])
    assert families == ["DejaVu Sans Mono"]
    assert {:ok, rows} = drawn(on)
    assert dark?(rows)
  end

  test "an empty list leaves text out" do
    {on, families} = start(Empty, [])
    assert families == []
    assert {:ok, rows} = drawn(on)
    refute dark?(rows)
  end

  test "without any font a drawing with text is refused, and one without text is made" do
    {on, families} = start(None, [folder()])
    assert families == []
    assert {:error, %Error{reason: :unsupported_format, message: message}} = drawn(on)
    assert message =~ "font"

    plain =
      ~s(<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>)

    assert {:ok, _thumbnail} = Thumbnailer.make({:bytes, plain}, 8, on: on)
  end

  test "the doctor names the families, and what to do without them" do
    assert %{state: :ok, detail: "DejaVu Sans Mono"} =
             fonts(Doctor.examine(fonts: [@file_of_mono]))

    assert %{state: :warning, detail: "none" <> _, advice: advice} =
             fonts(Doctor.examine(fonts: [folder()]))

    assert advice =~ "fonts-dejavu-core"
  end

  defp fonts(findings), do: Enum.find(findings, &(&1.what == "fonts"))
end
