defmodule Thumbnailer.Pixels do
  @moduledoc false
  # The pixels of a PNG of 8 bits a sample, or of a palette of at most 8 bits, that is not interlaced, so that tests can look
  # at what was made.
  # https://www.w3.org/TR/png-3/

  import Bitwise

  @doc "The colour at `{x, y}`, a list of samples."
  def at(png, {x, y}) do
    %{bands: bands, rows: rows} = decode(png)
    rows |> Enum.at(y) |> binary_part(x * bands, bands) |> :binary.bin_to_list()
  end

  def size(png) do
    %{width: width, height: height} = decode(png)
    {width, height}
  end

  @doc "Whether two colours are alike; lossy formats and resizing change a pixel a little."
  def alike?(one, other, by \\ 24) do
    Enum.zip(one, other) |> Enum.all?(fn {a, b} -> abs(a - b) <= by end)
  end

  def decode(<<137, "PNG\r\n", 26, "\n", chunks::binary>>) do
    chunks = chunks(chunks)
    {"IHDR", <<width::32, height::32, depth, colour, 0, 0, 0>>} = List.keyfind(chunks, "IHDR", 0)
    data = for({"IDAT", data} <- chunks, do: data) |> IO.iodata_to_binary() |> :zlib.uncompress()
    {bands, rows} = colours(colour, depth, width, data, chunks)
    %{width: width, height: height, bands: bands, rows: rows}
  end

  @palette 3

  # An index for each pixel, without colours that are transparent.
  defp colours(@palette, depth, width, data, chunks) do
    {"PLTE", palette} = List.keyfind(chunks, "PLTE", 0)
    nil = List.keyfind(chunks, "tRNS", 0)
    length = div(width * depth + 7, 8)

    rows =
      for row <- rows(data, length, 1, :binary.copy(<<0>>, length)) do
        indices = for <<index::size(depth) <- row>>, do: index

        for index <- Enum.take(indices, width),
            into: <<>>,
            do: binary_part(palette, 3 * index, 3)
      end

    {3, rows}
  end

  defp colours(colour, 8, width, data, _chunks) do
    bands = %{0 => 1, 2 => 3, 4 => 2, 6 => 4}[colour]
    {bands, rows(data, width * bands, bands, :binary.copy(<<0>>, width * bands))}
  end

  defp chunks(<<length::32, type::binary-4, data::binary-size(length), _crc::32, rest::binary>>),
    do: [{type, data} | chunks(rest)]

  defp chunks(""), do: []

  defp rows("", _length, _bands, _above), do: []

  defp rows(<<filter, rest::binary>>, length, bands, above) do
    <<row::binary-size(length), rest::binary>> = rest
    row = unfilter(filter, row, above, bands)
    [row | rows(rest, length, bands, row)]
  end

  defp unfilter(filter, row, above, bands) do
    left = List.duplicate(0, bands)
    samples = Enum.zip(:binary.bin_to_list(row), left ++ :binary.bin_to_list(above))
    above = :binary.bin_to_list(above)

    {done, _} =
      samples
      |> Enum.zip(above)
      |> Enum.reduce({[], left}, fn {{sample, above_left}, above}, {done, [left | lefts]} ->
        value = band(sample + predict(filter, left, above, above_left), 255)
        {[value | done], lefts ++ [value]}
      end)

    done |> Enum.reverse() |> :binary.list_to_bin()
  end

  defp predict(0, _left, _above, _above_left), do: 0
  defp predict(1, left, _above, _above_left), do: left
  defp predict(2, _left, above, _above_left), do: above
  defp predict(3, left, above, _above_left), do: div(left + above, 2)

  defp predict(4, left, above, above_left) do
    estimate = left + above - above_left
    Enum.min_by([left, above, above_left], &abs(estimate - &1))
  end
end
