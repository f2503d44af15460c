defmodule Thumbnailer.Source do
  @moduledoc """
  Where an image comes from.

  A binary is the path of a file, which the port program opens itself: the bytes never pass through the BEAM.
  `{:bytes, iodata}` is an image in memory.
  """

  @type t :: Path.t() | {:bytes, iodata}

  @doc """
  The source as the wire has it; raises `ArgumentError` when it is none.

      iex> Thumbnailer.Source.cast!({:bytes, ["GIF", "89a"]})
      {:bytes, "GIF89a"}
  """
  @spec cast!(t) :: {:path, binary} | {:bytes, binary}
  def cast!({:bytes, bytes}) when is_binary(bytes), do: {:bytes, bytes}

  def cast!({:bytes, iodata} = source) do
    {:bytes, IO.iodata_to_binary(iodata)}
  rescue
    ArgumentError -> refuse!(source)
  end

  # Expanded here, in the caller: the port program has a working directory of its own.
  def cast!(path) when is_binary(path) and path != "" do
    if String.contains?(path, <<0>>), do: refuse!(path), else: {:path, Path.expand(path)}
  end

  def cast!(other), do: refuse!(other)

  @spec refuse!(term) :: no_return
  defp refuse!(source) do
    raise ArgumentError,
          "source must be the path of a file, as a binary without null bytes, or {:bytes, iodata}, got: " <>
            inspect(source, limit: 5, printable_limit: 100)
  end
end
