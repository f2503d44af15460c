// Three numbers and three times three of them, as colours need them.
#pragma once

#include <array>

namespace thumbnailer {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

inline Vector operator*(const Matrix& matrix, const Vector& vector) {
    Vector product{};
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column) product[row] += matrix[row][column] * vector[column];
    return product;
}

inline Matrix operator*(const Matrix& one, const Matrix& other) {
    Matrix product{};
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column)
            for (std::size_t index = 0; index < 3; ++index)
                product[row][column] += one[row][index] * other[index][column];
    return product;
}

// By cofactors; the columns of primaries that are no triangle make it infinite.
inline Matrix inverse(const Matrix& m) {
    Matrix inverted{};
    double determinant = 0;
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column) {
            const std::size_t r1 = (column + 1) % 3, r2 = (column + 2) % 3, c1 = (row + 1) % 3, c2 = (row + 2) % 3;
            inverted[row][column] = m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1];
        }
    for (std::size_t index = 0; index < 3; ++index) determinant += m[0][index] * inverted[index][0];
    for (Vector& row : inverted)
        for (double& value : row) value /= determinant;
    return inverted;
}

inline Matrix diagonal(const Vector& values) { return {{{values[0], 0, 0}, {0, values[1], 0}, {0, 0, values[2]}}}; }

} // namespace thumbnailer
