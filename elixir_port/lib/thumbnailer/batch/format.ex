defmodule Thumbnailer.Batch.Format do
  @moduledoc false
  # Numbers and names as people read them.

  @doc """
      iex> Thumbnailer.Batch.Format.bytes(20_480)
      "20.5 kB"
  """
  @spec bytes(number) :: String.t()
  def bytes(bytes) when bytes < 1_000, do: "#{trunc(bytes)} B"
  def bytes(bytes) when bytes < 1_000_000, do: "#{Float.round(bytes / 1_000, 1)} kB"
  def bytes(bytes) when bytes < 1_000_000_000, do: "#{Float.round(bytes / 1_000_000, 1)} MB"
  def bytes(bytes), do: "#{Float.round(bytes / 1_000_000_000, 1)} GB"

  @doc """
  Seconds as a clock shows them.

      iex> {Thumbnailer.Batch.Format.clock(65), Thumbnailer.Batch.Format.clock(7_384)}
      {"1:05", "2:03:04"}
  """
  @spec clock(non_neg_integer) :: String.t()
  def clock(seconds) when seconds < 3_600, do: "#{div(seconds, 60)}:#{two(rem(seconds, 60))}"

  def clock(seconds),
    do: "#{div(seconds, 3_600)}:#{two(seconds |> rem(3_600) |> div(60))}:#{two(rem(seconds, 60))}"

  defp two(number), do: number |> Integer.to_string() |> String.pad_leading(2, "0")

  @doc """
  A name as it may be shown. One that a terminal could take for commands, that would hide or reorder what stands around it, or that is
  not UTF-8, stands between quotes with those places escaped: `\\n`, `\\e`, `\\xFF` for a byte, `\\u{202E}` for a character.

      iex> Thumbnailer.Batch.Format.printable("Müller.jpg")
      "Müller.jpg"

      iex> Thumbnailer.Batch.Format.printable("a\\nb\\e[2J.jpg")
      ~S("a\\nb\\e[2J.jpg")
  """
  @spec printable(binary) :: String.t()
  def printable(name) do
    if plain?(name),
      do: name,
      else: IO.iodata_to_binary([?", escape(name, []), ?"])
  end

  @doc "The same for a text that has names in it: its dangerous places are escaped, and it stands without quotes."
  @spec text(binary) :: String.t()
  def text(text),
    do: if(plain?(text), do: text, else: text |> escape_controls([]) |> IO.iodata_to_binary())

  defp plain?(<<char::utf8, rest::binary>>), do: not dangerous?(char) and plain?(rest)
  defp plain?(""), do: true
  defp plain?(_not_utf8), do: false

  # Control characters; marks that set the direction of writing; characters without a width; ends of lines and paragraphs;
  # annotations; tags. https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
  defp dangerous?(char) do
    char < 0x20 or char in 0x7F..0x9F or char in [0xAD, 0x61C, 0x180E, 0xFEFF] or
      char in 0x200B..0x200F or
      char in 0x2028..0x202E or char in 0x2060..0x206F or char in 0xFFF9..0xFFFB or
      char in 0xE0000..0xE0FFF or rem(char, 0x10000) in [0xFFFE, 0xFFFF]
  end

  defp escape(<<char, rest::binary>>, done) when char in [?", ?\\],
    do: escape(rest, [done, ?\\, char])

  defp escape(bytes, done), do: step(bytes, done, &escape/2)

  defp escape_controls(bytes, done), do: step(bytes, done, &escape_controls/2)

  defp step("", done, _next), do: done
  defp step("\n" <> rest, done, next), do: next.(rest, [done, "\\n"])
  defp step("\r" <> rest, done, next), do: next.(rest, [done, "\\r"])
  defp step("\t" <> rest, done, next), do: next.(rest, [done, "\\t"])
  defp step("\e" <> rest, done, next), do: next.(rest, [done, "\\e"])

  defp step(<<char::utf8, rest::binary>>, done, next) do
    cond do
      not dangerous?(char) -> next.(rest, [done, <<char::utf8>>])
      char < 0x80 -> next.(rest, [done, "\\x", hex(char)])
      true -> next.(rest, [done, "\\u{", Integer.to_string(char, 16), "}"])
    end
  end

  defp step(<<byte, rest::binary>>, done, next), do: next.(rest, [done, "\\x", hex(byte)])

  defp hex(byte), do: byte |> Integer.to_string(16) |> String.pad_leading(2, "0")
end
